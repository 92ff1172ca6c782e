-- The journal: derived, so it cannot drift (SPEC 16). Debit +, credit −; balanced per document.
CREATE FUNCTION ledger_base(amount numeric, rate numeric, currency text) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT round(amount * rate, ledger_scale(currency)) $$;

CREATE VIEW ledger_journal WITH (security_invoker = true) AS
-- each line: the customer's control account against the line's own account
SELECT 'L' || l.id || s.side AS id, l.company_id, l.document_id, l.id AS line_id, NULL::bigint AS application_id,
       CASE s.side WHEN 'c' THEN l.customer_id END AS customer_id, d.gl_date AS date,
       CASE s.side WHEN 'c' THEN l.control_account_id ELSE l.account_id END AS account_id, l.currency,
       s.sign * l.amount AS amount, s.sign * ledger_base(l.amount, d.exchange_rate, co.base_currency) AS base_amount
FROM ledger_line l
JOIN ledger_document d ON d.company_id = l.company_id AND d.id = l.document_id AND d.state = 'posted'
JOIN companies_company co ON co.id = l.company_id
CROSS JOIN (VALUES ('c', 1), ('o', -1)) AS s (side, sign)
WHERE l.amount <> 0
UNION ALL
-- each application between control accounts or at different rates: out of the credit's account, out of the
-- charge's account, the difference of the rates to exchange difference
SELECT 'A' || a.id || s.side, a.company_id, a.document_id, NULL, a.id,
       CASE s.side WHEN 'x' THEN NULL ELSE a.customer_id END, a.date,
       CASE s.side WHEN 'k' THEN k.control_account_id WHEN 'c' THEN c.control_account_id ELSE cf.exchange_account_id END,
       c.currency,
       CASE s.side WHEN 'k' THEN a.amount WHEN 'c' THEN -a.amount ELSE 0 END,
       CASE s.side
           WHEN 'k' THEN ledger_base(a.amount, kd.exchange_rate, co.base_currency)
           WHEN 'c' THEN -ledger_base(a.amount, cd.exchange_rate, co.base_currency)
           ELSE ledger_base(a.amount, cd.exchange_rate, co.base_currency)
                - ledger_base(a.amount, kd.exchange_rate, co.base_currency)
       END
FROM ledger_application a
JOIN ledger_line c ON c.company_id = a.company_id AND c.id = a.charge_line_id
JOIN ledger_line k ON k.company_id = a.company_id AND k.id = a.credit_line_id
JOIN ledger_document cd ON cd.company_id = a.company_id AND cd.id = a.charge_document_id
JOIN ledger_document kd ON kd.company_id = a.company_id AND kd.id = a.credit_document_id
JOIN companies_company co ON co.id = a.company_id
JOIN companies_configuration cf ON cf.company_id = a.company_id
CROSS JOIN (VALUES ('k'), ('c'), ('x')) AS s (side)
WHERE (c.control_account_id <> k.control_account_id OR cd.exchange_rate <> kd.exchange_rate)
  AND (s.side <> 'x' OR cd.exchange_rate <> kd.exchange_rate);
