import { css } from 'lit';

/**
 * Line and area of each device's graphs in the palette of 2023 and later, measured on screenshots. An area lets the
 * grid shine through. Not measured but made like the others: the dark areas of disk, network and GPU.
 */
export const deviceColours = css`
  [data-device='cpu'] {
    --graph-line: light-dark(#006f91, #39b8e3);
    --graph-fill: light-dark(rgb(55 192 238 / 30%), rgb(1 82 106 / 42%));
  }

  [data-device='memory'] {
    --graph-line: light-dark(#095bde, #5c9efa);
    --graph-fill: light-dark(rgb(75 155 255 / 30%), rgb(3 36 91 / 42%));
  }

  [data-device='disk'] {
    --graph-line: light-dark(#4a7500, #6fa21b);
    --graph-fill: light-dark(rgb(125 218 8 / 30%), rgb(45 80 0 / 42%));
  }

  [data-device='ethernet'] {
    --graph-line: light-dark(#bf174f, #f5628e);
    --graph-fill: light-dark(rgb(255 98 146 / 30%), rgb(172 35 84 / 42%));
  }

  [data-device='gpu'] {
    --graph-line: light-dark(#7e13f0, #c95fdb);
    --graph-fill: light-dark(rgb(165 98 255 / 30%), rgb(90 20 130 / 42%));
  }
`;
