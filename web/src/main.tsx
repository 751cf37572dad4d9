/** Starts the page: Trusted Types policy and style nonce first, then React. */
import '@mantine/core/styles.css';
import './app.css';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { installTrustedText } from './trusted-text.ts';

installTrustedText();

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
setNonce(nonce);

const root = document.getElementById('root');
if (root) createRoot(root).render(<App nonce={nonce} />);
