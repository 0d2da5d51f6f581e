/** Fn::Base64: its text as it is; Nova takes user data in plain text (contract: templates §3). */
import { failure, intrinsic } from './function.ts';

export const base64 = intrinsic({
  id: 'Fn::Base64',
  apply(args, name) {
    if (typeof args !== 'string') throw failure.type(`"${name}" argument must be a string`);
    return args;
  },
});
