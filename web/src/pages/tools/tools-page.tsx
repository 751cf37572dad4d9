export function ToolsPage({ tool }: { readonly tool: string }) {
  return <div>{tool}</div>;
}
