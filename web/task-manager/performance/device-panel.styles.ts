import { css } from 'lit';

export const styles = css`
  :host {
    display: block;
    min-width: 0;
    overflow: auto;
    scrollbar-color: light-dark(#858585, #959595) transparent;
    scrollbar-width: thin;
    color: var(--text-table);
    font: 12px/16px var(--font-table);
  }

  .panel {
    display: flex;
    flex-direction: column;
    box-sizing: border-box;
    min-height: 100%;
    padding: 8px 21px 12px 0;
  }

  header {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: 16px;
    min-height: 41px;
  }

  h2,
  p,
  dl,
  dt,
  dd {
    margin: 0;
  }

  h2 {
    flex: none;
    font-size: 28px;
    font-weight: 400;
    line-height: 41px;
  }

  header p {
    overflow: hidden;
    font-size: 16px;
    line-height: 20px;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .graphs,
  .graph {
    display: flex;
    flex: 1;
    flex-direction: column;
  }

  .graphs {
    min-height: 180px;
  }

  tm-graph {
    flex: 1;
    min-height: 60px;
  }

  .grid {
    display: grid;
    flex: 1;
    grid-template-columns: repeat(var(--grid-columns), minmax(0, 1fr));
    grid-auto-rows: minmax(48px, 1fr);
    gap: 6px;
  }

  .grid tm-graph {
    min-height: 0;
  }

  .caption {
    display: flex;
    flex: none;
    justify-content: space-between;
    color: light-dark(#646464, #cdcdcd);
    font-size: 11px;
    line-height: 16px;
  }

  .graph + .graph,
  .composition {
    margin-top: 8px;
  }

  .numbers {
    display: flex;
    flex-wrap: wrap;
    flex: none;
    gap: 0 16px;
    margin-top: 12px;
  }

  /* Where Windows' own table stands, however short the numbers are. */
  .stats {
    min-width: min(190px, 100%);
  }

  .stats dl {
    display: flex;
    gap: 16px;
    min-height: 51px;
  }

  .stat {
    display: flex;
    flex-direction: column;
  }

  dt {
    color: light-dark(#646464, #cdcdcd);
  }

  .stat dd {
    font-size: 20px;
    line-height: 26px;
    white-space: nowrap;
  }

  .table {
    display: grid;
    grid-template-columns: auto auto;
    grid-auto-rows: minmax(18px, auto);
    align-content: start;
    column-gap: 10px;
  }

  .table div {
    display: contents;
  }

  @media (max-width: 699px) {
    .panel {
      padding-right: 8px;
    }

    header {
      flex-wrap: wrap;
    }
  }
`;
