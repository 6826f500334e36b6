/** What must not be in the monolith's database: no row, no violation. @type {readonly { name: string, sql: string }[]} */
export const monolithInvariants = [
  {
    name: 'the total of an order is the sum of its lines',
    sql: `select o.id from orders o left join order_lines l on l.order_id = o.id where o.status = 'confirmed'
          group by o.id, o.total_amount having o.total_amount is distinct from sum(l.quantity * l.unit_amount)`,
  },
  {
    name: 'a confirmed order has one captured payment of its total, and its posting',
    sql: `select o.id from orders o
          left join payments p on p.order_id = o.id and p.id = o.payment_id and p.status = 'captured'
            and p.amount = o.total_amount
          left join ledger g on g.payment_id = p.id and g.operation = 'capture' and g.amount = p.amount
          where o.status = 'confirmed' and (p.id is null or g.payment_id is null)`,
  },
  {
    name: 'a payment and a posting belong to a confirmed order',
    sql: `select p.id from payments p left join orders o on o.id = p.order_id and o.status = 'confirmed'
          where p.status = 'captured' and o.id is null
          union all select g.payment_id from ledger g left join payments p on p.id = g.payment_id where p.id is null`,
  },
  {
    name: 'what left the shelves is what was ordered',
    sql: `select p.sku from products p
          left join (select l.sku, sum(l.quantity) as sold from order_lines l join orders o on o.id = l.order_id
            where o.status = 'confirmed' group by 1) s using (sku)
          where $1::int - p.on_hand <> coalesce(s.sold, 0)`,
  },
  {
    name: 'every order has its key and two steps of history',
    sql: `select o.id from orders o
          left join (select order_id, count(*) as steps from order_history group by 1) h on h.order_id = o.id
          left join idempotency_keys k on k.order_id = o.id
          where h.steps is distinct from 2 or k.order_id is null`,
  },
];
