export { createPortMapper, type PortMapperInit } from './mapper.ts';
