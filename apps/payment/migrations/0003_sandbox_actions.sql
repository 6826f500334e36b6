-- Of the sandbox provider that runs in the process: steps that customers have to take. Real providers keep their own.
create table sandbox_actions (
  payment_id text collate "C" primary key,
  call json not null,
  state text not null check (state in ('waiting', 'approved', 'declined', 'called_off')),
  expires_at timestamptz not null
);
