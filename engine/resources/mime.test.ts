import { describe, expect, it } from 'vitest';
import { mimeMessage, partsOfMessage } from './mime.ts';

describe('a message of several texts', () => {
  it('is in the form of Python’s email package', () => {
    const message = mimeMessage([
      { subtype: 'plain', content: 'one' },
      { subtype: 'x-shellscript', content: '#!/bin/sh\n', filename: 'a "b"\\.sh' },
      { subtype: 'plain', content: 'é', filename: 'ü(1).txt' },
    ]);
    expect(message).toBe(
      [
        'Content-Type: multipart/mixed; boundary="===============0000000000000000000=="',
        'MIME-Version: 1.0',
        '',
        '--===============0000000000000000000==',
        'Content-Type: text/plain; charset="us-ascii"',
        'MIME-Version: 1.0',
        'Content-Transfer-Encoding: 7bit',
        '',
        'one',
        '--===============0000000000000000000==',
        'Content-Type: text/x-shellscript; charset="us-ascii"',
        'MIME-Version: 1.0',
        'Content-Transfer-Encoding: 7bit',
        'Content-Disposition: attachment; filename="a \\"b\\"\\\\.sh"',
        '',
        '#!/bin/sh',
        '',
        '--===============0000000000000000000==',
        'Content-Type: text/plain; charset="utf-8"',
        'MIME-Version: 1.0',
        'Content-Transfer-Encoding: base64',
        "Content-Disposition: attachment; filename*=utf-8''%C3%BC%281%29.txt",
        '',
        'w6k=',
        '',
        '--===============0000000000000000000==--',
        '',
      ].join('\n'),
    );
  });

  it('has a boundary that none of them holds', () => {
    const inner = mimeMessage([{ subtype: 'plain', content: 'x' }]);
    const outer = mimeMessage([{ subtype: 'plain', content: inner }]);
    expect(partsOfMessage(outer)).toEqual([{ subtype: 'plain', content: inner, filename: undefined }]);
  });

  it('has one header for a filename, whatever stands in that', () => {
    const [part] = partsOfMessage(mimeMessage([{ subtype: 'plain', content: '', filename: 'a\nX-Evil: 1' }])) ?? [];
    expect(part).toEqual({ subtype: 'plain', content: '', filename: 'a X-Evil: 1' });
  });

  it('of none is one with nothing in it', () => {
    const message = mimeMessage([]);
    expect(message).toContain('==\n\n--=');
    expect(partsOfMessage(message)).toEqual([{ subtype: 'plain', content: '', filename: undefined }]);
  });
});

describe('taking a message apart', () => {
  it('gives its texts, decoded, with their types and names', () => {
    const parts = [
      { subtype: 'cloud-config', content: '#cloud-config\n', filename: 'a.cfg' },
      { subtype: 'plain', content: 'é'.repeat(100), filename: 'ü.txt' },
      { subtype: 'plain', content: '', filename: undefined },
    ];
    expect(partsOfMessage(mimeMessage(parts))).toEqual(parts);
  });

  it('goes into messages within it', () => {
    const message = [
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed;',
      '  boundary=outer',
      '',
      'nobody reads this',
      '--outer',
      'Content-Type: multipart/alternative; boundary="in;ner"',
      '',
      '--in;ner',
      'Content-Type: TEXT/X-One; name=one.txt',
      '',
      'one',
      '--in;ner--',
      '--outer',
      'Content-Type: text/plain',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'caf=C3=A9=',
      ' noir',
      '--outer--',
      'nor this',
    ].join('\r\n');
    expect(partsOfMessage(message)).toEqual([
      { subtype: 'x-one', content: 'one', filename: 'one.txt' },
      { subtype: 'plain', content: 'café noir', filename: undefined },
    ]);
  });

  it.each([
    '',
    'text',
    '#!/bin/sh\necho',
    '#cloud-config\na: b',
    'Content-Type: text/plain\n\nx',
    'Content-Type: multipart/mixed\n\n--a',
  ])('of what is none gives nothing: %j', text => {
    expect(partsOfMessage(text)).toBeUndefined();
  });
});
