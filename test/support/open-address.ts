/** The address of this machine from which the engines of tests may fetch templates; all others of it are closed to them. */
export const openAddress = '127.0.0.2';
