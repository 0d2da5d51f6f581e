/**
 * The files that HEAT_CFNTOOLS user data bring to a guest, beside the user's own (contract: resource-types §2.4).
 *
 * cloud-init hands each part to whoever knows its type: `cloud-config` and `boothook.sh` to itself, what is of the
 * type text/x-cfninitdata to `part-handler.py`, which puts it where heat-cfntools look; `loguserdata.py` then runs the
 * user's script and keeps its output. They run under whatever Python the guest's image has.
 */

/** Where heat-cfntools find what was handed over. */
const toolsFolder = '/var/lib/heat-cfntools';
/** Both of the places where what a guest is handed over is looked for. */
export const initDataFolders = [toolsFolder, '/var/lib/cloud/data'] as const;

/** `user` is the account that cloud-init prepares; undefined: the image's own. */
export function cloudConfig(user: string | undefined): string {
  const account = user === undefined ? '' : `user: ${user}\n`;
  return `${account}
# All that cloud-init's steps print is kept, for whoever looks why a boot went wrong.
output: {all: '| tee -a /var/log/cloud-init-output.log'}
`;
}

/** Runs early and at every boot; whatever happens in it, the boot goes on. */
export function boothook(user: string | undefined): string {
  const account =
    user === undefined
      ? ''
      : `
# Old releases of cloud-init do not make the account that cloud-config asks for.
id ${user} >/dev/null 2>&1 || useradd -m ${user}
echo -e '${user}\\tALL=(ALL)\\tNOPASSWD: ALL' >> /etc/sudoers
`;
  return `#!/bin/bash
${account}
# heat-cfntools from a package may not have put their links under /opt/aws/bin yet.
cfn-create-aws-symlinks

exit 0
`;
}

export const partHandler = `# part-handler
import datetime
import os

FOLDERS = ('${toolsFolder}', '/var/lib/cloud/data')


def list_types():
    return ['text/x-cfninitdata']


def handle_part(data, ctype, filename, payload):
    if ctype == '__begin__':
        if not os.path.isdir(FOLDERS[0]):
            os.makedirs(FOLDERS[0], int('700', 8))
        return
    if ctype == '__end__':
        return

    with open('/var/log/part-handler.log', 'a') as log:
        log.write('%s filename:%s, ctype:%s\\n' % (datetime.datetime.now(), filename, ctype))

    if ctype == 'text/x-cfninitdata':
        mode = 'wb' if isinstance(payload, bytes) else 'w'
        for folder in FOLDERS:
            with open(os.path.join(folder, filename), mode) as target:
                target.write(payload)
`;

export const logUserData = `#!/bin/sh
"true" '''\\'
# A shell reads as far as exec; for Python all of it is one string.
exec "$(command -v python3 || command -v python || echo /usr/libexec/platform-python)" "$0"
'''

import datetime
import errno
import os
import subprocess
import sys

SCRIPT = '${toolsFolder}/cfn-userdata'
FINISHED = '${toolsFolder}/provision-finished'
LOG = '/var/log/heat-provision.log'


def main():
    def note(text):
        log.write(('%s %s\\n' % (datetime.datetime.now(), text)).encode('utf-8'))
        log.flush()

    with open(LOG, 'ab') as log:
        os.chmod(LOG, int('600', 8))
        note('Provision began')
        os.chmod(SCRIPT, int('700', 8))
        try:
            code = subprocess.call([SCRIPT], stdout=log, stderr=log)
        except OSError as error:
            # An empty script, or one whose first line names no interpreter: nothing to run.
            note('%s: %s' % (SCRIPT, error))
            code = os.EX_OK if error.errno == errno.ENOEXEC else os.EX_OSERR
        note('Provision done: %d' % code)
    if code == 0:
        with open(FINISHED, 'w') as mark:
            mark.write('%s\\n' % datetime.datetime.now())
    return code


if __name__ == '__main__':
    sys.exit(main())
`;

/** How heat-cfntools' boto reaches the CloudFormation API at this host. */
export function botoConfig(host: string, isSecure: boolean, validateCertificates: boolean): string {
  const flag = (value: boolean) => (value ? '1' : '0');
  return `[Boto]
debug = 0
is_secure = ${flag(isSecure)}
https_validate_certificates = ${flag(validateCertificates)}
cfn_region_name = heat
cfn_region_endpoint = ${host}`;
}
