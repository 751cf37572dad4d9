/** Chain: certificates in order, completed from the trusted CA list, explained. */
import { useMutation } from '@tanstack/react-query';
import { api, type ChainAnswer } from '../../api.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { DownloadButton } from '../../components/download-button.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { TextBlock } from '../../components/text-block.tsx';
import { unwrap } from '../../transport.ts';
import { PlainChain } from './plain-chain.tsx';
import { ToolInput, type ToolRequest } from './tool-input.tsx';

/** The page Maintenance › Tools › Chain. */
export function ChainTool() {
  const order = useMutation({
    mutationFn: (body: ToolRequest) => unwrap(api.POST('/tools/chain', { body })),
  });
  return (
    <Page intro="Puts certificates in the order in which they are served and completes the chain from the trusted CA list of this gateway.">
      <ToolInput
        title="Which certificates"
        label="Files with certificates"
        description="In any order; what does not belong to the chain is named."
        action="Order chain"
        busy={order.isPending}
        error={order.error}
        onRun={order.mutate}
      />
      {order.data && <Ordered answer={order.data} />}
    </Page>
  );
}

function Ordered({ answer }: { readonly answer: ChainAnswer }) {
  return (
    <Panel
      title="Chain"
      actions={
        <>
          <CopyButton text={answer.pem} label="Copy PEM" />
          <DownloadButton fileName="chain.pem" content={answer.pem} />
        </>
      }
    >
      <div className="tg-stack">
        <Notice tone={answer.complete ? 'ok' : 'warning'} title={answer.summary} />
        {answer.remarks.map((remark) => (
          <Notice key={remark} tone="note">
            {remark}
          </Notice>
        ))}
        <PlainChain links={answer.links} missing={answer.missingIssuer?.name} />
        {answer.unused.length > 0 && (
          <Notice tone="warning" title="Not part of the chain:">
            <ul className="tg-list">
              {answer.unused.map((name) => (
                <li key={name}>{name}</li>
              ))}
            </ul>
          </Notice>
        )}
        <TextBlock label="The chain as PEM, leaf first" text={answer.pem} />
      </div>
    </Panel>
  );
}
