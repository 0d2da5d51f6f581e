/** Templates of the field, to be changed: what people write, in their ways of writing it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'test/fixtures/heat-templates';
/** Bigger ones would be most of the run. */
const maxChars = 3_000;

/** Heat's field has no short forms: it does not read them. */
const shortForms = `AWSTemplateFormatVersion: 2010-09-09
Transform: AWS::LanguageExtensions
Parameters:
  P: {Type: String, Default: "10.0.0.0/16"}
Conditions:
  c: !Not [!Equals [!Ref P, x]]
  d: !And [!Condition c, !Or [!Condition c, false]]
Resources:
  a: {Type: "OS::Heat::Value", Condition: d, Properties: {value: !Sub "\${P} \${!P} \${AWS::StackName}"}}
  b:
    Type: OS::Heat::Value
    Properties:
      value:
        - !GetAtt a.value
        - !Select [0, !Cidr [!Ref P, 4, 8]]
        - !ToJsonString {l: !Length [1, !If [c, 2, !Ref AWS::NoValue]], j: !Join [",", [!Ref a]]}
Outputs:
  o: {Value: !Sub ["\${x}", {x: !Base64 text}]}
`;

export const seeds: readonly string[] = [
  ...readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(yaml|template)$/.test(name))
    .sort()
    .map(name => readFileSync(join(folder, name), 'utf8'))
    .filter(text => text.length <= maxChars),
  ...new Array<string>(4).fill(shortForms),
];
