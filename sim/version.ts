import manifest from '../package.json' with { type: 'json' };

/** Version of the package, which dumps carry in their comment. */
export const version: string = manifest.version;
