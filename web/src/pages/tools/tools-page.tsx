/** The four tools: decode, convert, match, chain. Nothing they are given is stored. */
import { NotFoundPage } from '../help/not-found-page.tsx';
import { ChainTool } from './chain-tool.tsx';
import { ConvertTool } from './convert-tool.tsx';
import { DecodeTool } from './decode-tool.tsx';
import { MatchTool } from './match-tool.tsx';

/** The page of the tool named in the address. */
export function ToolsPage({ tool }: { readonly tool: string }) {
  switch (tool) {
    case 'decode':
      return <DecodeTool />;
    case 'convert':
      return <ConvertTool />;
    case 'match':
      return <MatchTool />;
    case 'chain':
      return <ChainTool />;
    default:
      return <NotFoundPage />;
  }
}
