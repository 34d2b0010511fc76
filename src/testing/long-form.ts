/** Tests that take long have a short form, or none; in CI, or where ISTHMUS_FULL=1 is set, they run in full. */
export const inFull = process.env['CI'] === 'true' || process.env['CI'] === '1' || process.env['ISTHMUS_FULL'] === '1';
