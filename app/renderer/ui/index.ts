/** All primitives; views import from here only. */
export { Button, type ButtonProps } from './Button.tsx';
export { Choices } from './Choices.tsx';
export { useNow } from './clock.ts';
export { Select, Switch, TextArea, TextField } from './fields.tsx';
export { FilePick } from './FilePick.tsx';
export { FilterMenu } from './FilterMenu.tsx';
export { Key } from './Key.tsx';
export { Badge, Byline, Dot, FinalityBadge, PersonName, RelativeTime, type Tone } from './marks.tsx';
export { Meter, ProgressBar } from './measures.tsx';
export { Message } from './Message.tsx';
export { Dialog, Menu, type MenuEntry } from './overlays.tsx';
export { Panel } from './Panel.tsx';
export { PickField } from './pick.tsx';
export { EmptyState, Loading, Notice, ProblemNotice, LiveRegion } from './says.tsx';
export { RangeSlider } from './RangeSlider.tsx';
export { Tabs, type Tab } from './Tabs.tsx';
export type { Column, ListHandle, ListSource } from './listTypes.ts';
export { VirtualList } from './VirtualList.tsx';
