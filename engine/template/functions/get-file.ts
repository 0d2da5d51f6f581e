/** get_file: the content of a file that came with the template (contract: templates §3). */
import { failure, intrinsic } from './function.ts';

export const getFile = intrinsic({
  id: 'get_file',
  apply(args, name, scope) {
    if (typeof args !== 'string') throw failure.type(`Argument to "${name}" must be a string`);
    const content = scope.file(args);
    if (content === undefined) {
      throw failure.value(`No content found in the "files" section for ${name} path: ${args}`);
    }
    return content;
  },
});
