import '@fontsource-variable/inter/index.css';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';
import { followMenu } from './menu-commands';
import { follow } from './stores/app-store';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

follow();
followMenu();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
