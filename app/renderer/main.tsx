import '@fontsource-variable/atkinson-hyperlegible-mono/wght.css';
import '@fontsource-variable/atkinson-hyperlegible-next/wght.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './theme/base.css';
import { App } from './App.tsx';
import { installAppearance } from './theme/appearance.ts';

installAppearance();
const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root element.');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
