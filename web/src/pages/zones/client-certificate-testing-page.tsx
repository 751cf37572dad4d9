/** Client certificate testing: what would become of a client's certificate, and which user's name is found in it. */
import { Button, Radio, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, type CertificateAuthentication, type ClientCertificateTest } from '../../api.ts';
import { toast } from '../../components/dialogs/toast.tsx';
import { encodeFile, FileField } from '../../components/file-field.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNotice } from '../../components/problem-notice.tsx';
import { QueryView } from '../../components/query-view.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import { fieldError, toProblem } from '../../problem.ts';
import { useMayChange } from '../../session.ts';
import { unwrap } from '../../transport.ts';
import { AspectsTable } from './aspects-table.tsx';
import { CrlCheckField } from './crl-check-field.tsx';
import { useCertificateAuthentication } from './zone-queries.ts';

/** The page Maintenance › Security › Client certificate testing. */
export function ClientCertificateTestingPage() {
  const settings = useCertificateAuthentication();
  return (
    <Page intro="Choose a client's certificate and see each check, and the user's name that expression and template find in it. Nothing is kept of the certificate.">
      <QueryView query={settings} rows={6}>
        {(data) => <TestForm key={data.version} settings={data} />}
      </QueryView>
    </Page>
  );
}

function TestForm({ settings }: { readonly settings: CertificateAuthentication }) {
  const [files, setFiles] = useState<readonly File[]>([]);
  const [source, setSource] = useState<'file' | 'browser'>('file');
  const own = useQuery({
    queryKey: ['certificate-shown'],
    queryFn: () => unwrap(api.GET('/session/certificate')),
  });
  const shown = own.data?.shown === true;
  const [rule, setRule] = useState({
    pattern: settings.pattern,
    template: settings.template,
    crlCheck: settings.crlCheck,
  });
  const client = useQueryClient();
  const mayChange = useMayChange();
  const test = useMutation({
    mutationFn: async (file: File | undefined) => {
      const chosen = file && (await encodeFile(file));
      const body = { name: '', ...(chosen && { file: chosen.content, name: chosen.name }), ...rule };
      return unwrap(api.POST('/zones/client-certificate-test', { body }));
    },
  });
  const keep = useMutation({
    mutationFn: () => unwrap(api.PUT('/zones/certificate-authentication', { body: { ...settings, ...rule } })),
    onSuccess: async () => {
      toast('These settings are permanent.');
      await client.invalidateQueries({ queryKey: ['certificate-authentication'] });
    },
  });
  const problem = test.error ? toProblem(test.error) : keep.error ? toProblem(keep.error) : undefined;
  const dirty =
    rule.pattern !== settings.pattern || rule.template !== settings.template || rule.crlCheck !== settings.crlCheck;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (source === 'browser') test.mutate(undefined);
    else if (files[0]) test.mutate(files[0]);
  }
  return (
    <>
      <Panel title="Test a client certificate">
        <form className="tg-form" onSubmit={submit}>
          <Radio.Group
            label="Certificate source"
            value={source}
            onChange={(value) => {
              test.reset();
              setSource(value as typeof source);
            }}
          >
            <div className="tg-stack" style={{ gap: 8, marginTop: 6 }}>
              <Radio value="file" label="A file" />
              <Radio
                value="browser"
                label="The certificate of this browser"
                description={
                  shown
                    ? 'The one it has shown on this connection.'
                    : 'This browser has shown none. It is asked for one only while certificate-based authentication is on.'
                }
                disabled={!shown}
              />
            </div>
          </Radio.Group>
          {source === 'file' && (
            <FileField
              label="Client certificate"
              description="PEM, DER or PKCS#7, with or without its chain. A key is not needed."
              files={files}
              onChange={(chosen) => {
                test.reset();
                setFiles(chosen);
              }}
              accept=".pem,.crt,.cer,.der,.p7b"
            />
          )}
          <TextInput
            label="Regex to match against the certificate"
            description="Over the decoded text below; (?<name>…) names a group. Look-around and back references are not known."
            value={rule.pattern}
            onChange={(e) => setRule({ ...rule, pattern: e.currentTarget.value })}
            error={fieldError(problem, 'pattern')}
            spellCheck={false}
            autoComplete="off"
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
          <TextInput
            label="User name format"
            description="#name# stands for what the group of that name took."
            value={rule.template}
            onChange={(e) => setRule({ ...rule, template: e.currentTarget.value })}
            error={fieldError(problem, 'template')}
            spellCheck={false}
            autoComplete="off"
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          />
          <CrlCheckField
            label="CRL check"
            value={rule.crlCheck}
            onChange={(crlCheck) => setRule({ ...rule, crlCheck })}
          />
          {problem && <ProblemNotice error={problem} />}
          <div className="tg-actions">
            <Button type="submit" disabled={source === 'file' && files.length === 0} loading={test.isPending}>
              Check certificate
            </Button>
            {mayChange && (
              <Button variant="default" disabled={!dirty} loading={keep.isPending} onClick={() => keep.mutate()}>
                Make these settings permanent
              </Button>
            )}
          </div>
        </form>
      </Panel>
      {test.data && <TestResult answer={test.data} />}
    </>
  );
}

function TestResult({ answer }: { readonly answer: ClientCertificateTest }) {
  const { accepted, aspects, user, userExists, decoded, text } = answer;
  const groups = Object.entries(user.groups);
  return (
    <>
      <Panel title="Result">
        <div className="tg-stack">
          <Notice tone={accepted ? 'ok' : 'critical'} live>
            {accepted ? 'The certificate would be accepted.' : 'The certificate would be refused.'}
          </Notice>
          <AspectsTable label="Checks of the client certificate" aspects={aspects} />
          <Notice
            tone={user.userName !== undefined && userExists === true ? 'ok' : 'warning'}
            title={user.userName === undefined ? 'No user name was found.' : `User name: ${user.userName}`}
          >
            {user.userName === undefined
              ? user.words
              : userExists === true
                ? 'A user of that name may log in.'
                : 'There is no user of that name who may log in.'}
            {groups.length > 0 && (
              <ul className="tg-list tg-small">
                {groups.map(([name, value]) => (
                  <li key={name}>
                    {name} = {value}
                  </li>
                ))}
              </ul>
            )}
          </Notice>
        </div>
      </Panel>
      <Panel title="Details">
        <div className="tg-stack">
          <TextBlock label="The decision in full" text={text} lines={20} />
          <TextBlock label="The decoded certificate, as the expression sees it" text={decoded} lines={24} />
        </div>
      </Panel>
    </>
  );
}
