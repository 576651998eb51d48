import { useState } from 'react';
import { Header, MenuItem, MenuSection, useFilter } from 'react-aria-components';
import type { CommunityCard } from '../../../contract/index.ts';
import { go, goIn } from '../../actions/route.ts';
import { communities as words } from '../../messages/communities.ts';
import { useCommunities } from '../../stores/index.ts';
import { FilterMenu, Foreign } from '../../ui/index.ts';
import './communities.css';

const ADD = 'add';

/** All communities of the node, to switch between them: what is unread and what waits in each. */
export function Switcher({ current, onClose }: { current: string; onClose: () => void }) {
  const [query, setQuery] = useState('');
  const { contains } = useFilter({ sensitivity: 'base' });
  const cards = (useCommunities().value ?? []).filter(({ name }) => contains(name, query.trim()));
  const here = cards.filter(({ state }) => state !== 'archived');
  const archived = cards.filter(({ state }) => state === 'archived');
  const choose = (id: string) => {
    onClose();
    if (id === ADD) go(ADD);
    else goIn(id, 'overview');
  };
  return (
    <FilterMenu
      title={words.title}
      label={words.label}
      found={words.title}
      query={query}
      onQuery={setQuery}
      onChoose={choose}
      onClose={onClose}
      empty={words.nothing}
      foot={words.foot}
    >
      {here.length > 0 && <Group title={words.here} cards={here} current={current} />}
      {archived.length > 0 && <Group title={words.archived} cards={archived} current={current} />}
      <MenuItem id={ADD} textValue={words.add} className="menu-item community-add">
        {words.add}
      </MenuItem>
    </FilterMenu>
  );
}

function Group({ title, cards, current }: { title: string; cards: CommunityCard[]; current: string }) {
  return (
    <MenuSection>
      <Header className="palette-head mono">{title}</Header>
      {cards.map((card) => (
        <MenuItem key={card.id} id={card.id} textValue={card.name} className="menu-item">
          <Row card={card} isCurrent={card.id === current} />
        </MenuItem>
      ))}
    </MenuSection>
  );
}

function Row({ card, isCurrent }: { card: CommunityCard; isCurrent: boolean }) {
  const facts = [
    isCurrent ? words.current : '',
    card.problem === null ? words.states[card.state] : words.because(card.problem.message),
    card.state === 'open' && card.peers > 0 ? words.peers(card.peers) : '',
    card.role === null || card.role === 'member' ? '' : card.role,
  ].filter((fact) => fact !== '');
  return (
    <span className="menu-line community-row">
      <span className="community-name">
        <span className="strong cut">
          <Foreign text={card.name} />
        </span>
        {facts.length > 0 && <span className="soft small">{facts.join(' · ')}</span>}
      </span>
      <span className="community-counts mono small">
        {card.duties > 0 && <span className="amber">{words.duties(card.duties)}</span>}
        {card.unread > 0 && <span className="cyan">{words.unread(card.unread)}</span>}
      </span>
    </span>
  );
}
