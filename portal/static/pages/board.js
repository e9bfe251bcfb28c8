/**
 * The supervisor's board: his queues and agents as they are at this moment.
 */
import { AgentsCard } from "../board/agents-card.js";
import { Totals } from "../board/totals.js";
import { LimitsDialog } from "../board/limits-dialog.js";
import { ListeningBar } from "../board/listening.js";
import { useLimits } from "../board/limits.js";
import { QueuesCard } from "../board/queues-card.js";
import { html, useEffect, useState } from "../preact.js";
import { Empty } from "../parts/card.js";
import { Link } from "../router.js";
import { renewSession, useTopic } from "../store.js";

export default function BoardPage() {
  const { rows: queues, refused } = useTopic("queues");
  const found = useTopic("agents").rows;
  const agents = found && Object.values(found);
  const limits = useLimits();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (refused) {
      renewSession();
    }
  }, [refused]);
  if (refused) {
    return html`<h1>Board</h1><${Empty}>You look after no queues any more.<//>`;
  }
  return html`<div class="page-head">
      <h1>Board</h1>
      <div class="actions">
        <button type="button" onClick=${() => setAsked(true)}>Limits…</button>
        <${Link} to="/wallboard" class="button">Wallboard<//>
      </div>
    </div>
    <${ListeningBar} agents=${agents ?? []} />
    <div class="board-page">
      <${Totals} queues=${queues && Object.values(queues)} agents=${agents} limits=${limits} />
      <${QueuesCard} rows=${queues} agents=${agents ?? []} limits=${limits} />
      <${AgentsCard} agents=${agents} queues=${Object.values(queues ?? {})} limits=${limits} />
    </div>
    ${asked && html`<${LimitsDialog} onClose=${() => setAsked(false)} />`}`;
}
