-- Deposits: receipts out of undeposited funds into one bank amount (SPEC 8). A receipt's cash leaves those funds once:
-- in a deposit in force, which the index says, or by the receipt's reversal. Both take the receipt's row before they
-- look for each other, so each of them sees what the other one has done; an older snapshot would not, so neither of
-- them works in one.
CREATE FUNCTION ledger_require_read_committed() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM ledger_refuse('ledger_read_committed', 'deposits and reversals see what others have committed');
    END IF;
END $$;

ALTER TABLE ledger_deposititem
    ADD CONSTRAINT ledger_deposititem_money CHECK (amount > 0 AND amount < 1e15);

CREATE FUNCTION ledger_deposititem_inserted() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    deposits bigint[];
    receipts bigint[];
BEGIN
    IF EXISTS (SELECT FROM added WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    PERFORM ledger_require_read_committed();
    deposits := ARRAY(SELECT DISTINCT document_id FROM added);
    receipts := ARRAY(SELECT DISTINCT receipt_id FROM added);
    PERFORM FROM ledger_document d WHERE d.company_id = ledger_company() AND d.id = ANY (deposits)
    ORDER BY d.id FOR SHARE;
    PERFORM FROM ledger_document r WHERE r.company_id = ledger_company() AND r.id = ANY (receipts)
    ORDER BY r.id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM added a
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_document d WHERE d.company_id = a.company_id AND d.id = a.document_id OFFSET 0
        ) d ON true
        WHERE (a.in_force AND d.kind = 'deposit' AND d.state = 'draft' AND d.reverses_id IS NULL) IS NOT TRUE
    ) THEN
        PERFORM ledger_refuse('ledger_deposititem_draft', 'receipts are put into a draft deposit');
    END IF;
    IF EXISTS (
        SELECT FROM added a
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_document d WHERE d.company_id = a.company_id AND d.id = a.document_id OFFSET 0
        ) d ON true
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_document r WHERE r.company_id = a.company_id AND r.id = a.receipt_id OFFSET 0
        ) r ON true
        WHERE (r.kind IN ('payment', 'advance') AND r.state = 'posted' AND r.reverses_id IS NULL
               AND r.bank_account_id IS NULL AND r.currency = d.currency AND a.amount = -r.total
               AND NOT EXISTS (SELECT FROM ledger_document m WHERE m.company_id = r.company_id
                               AND m.reverses_id = r.id AND m.state = 'posted')) IS NOT TRUE
    ) THEN
        PERFORM ledger_refuse('ledger_deposititem_receipt', 'a deposit holds receipts of undeposited funds');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_deposititem_deleted() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    touched bigint[];
BEGIN
    IF EXISTS (SELECT FROM before WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    touched := ARRAY(SELECT DISTINCT document_id FROM before);
    PERFORM FROM ledger_document d WHERE d.company_id = ledger_company() AND d.id = ANY (touched)
    ORDER BY d.id FOR SHARE;
    IF EXISTS (SELECT FROM ledger_document d
               WHERE d.company_id = ledger_company() AND d.id = ANY (touched) AND d.state = 'posted') THEN
        PERFORM ledger_refuse('ledger_deposititem_posted', 'the receipts of a posted deposit never go');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER born AFTER INSERT ON ledger_deposititem REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_deposititem_inserted();
-- Statements of clients only: giving receipts back (below, as the owner) moves in_force from inside.
CREATE TRIGGER changed BEFORE UPDATE ON ledger_deposititem
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0 OR current_user = 'arledger_app')
    EXECUTE FUNCTION core_refuse();
CREATE TRIGGER deleted AFTER DELETE ON ledger_deposititem REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_deposititem_deleted();
CREATE TRIGGER kept BEFORE TRUNCATE ON ledger_deposititem FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();

-- A posted deposit brings its receipts' cash to a bank account in its currency, not before they were received; its
-- reversal brings back exactly that, and with it the receipts.
CREATE FUNCTION ledger_deposit_posted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NEW.company_id IS DISTINCT FROM ledger_company() THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF NEW.reverses_id IS NULL THEN
        IF NOT EXISTS (
            SELECT FROM companies_bankaccount b
            WHERE b.company_id = NEW.company_id AND b.id = NEW.bank_account_id AND b.currency = NEW.currency
        ) OR EXISTS (
            SELECT FROM ledger_deposititem i
            JOIN ledger_document r ON r.company_id = i.company_id AND r.id = i.receipt_id
            WHERE i.company_id = NEW.company_id AND i.document_id = NEW.id AND r.date > NEW.date
        ) OR NEW.amount IS DISTINCT FROM (
            SELECT sum(i.amount) FROM ledger_deposititem i
            WHERE i.company_id = NEW.company_id AND i.document_id = NEW.id
        ) THEN
            PERFORM ledger_refuse('ledger_deposit_items', 'a deposit brings the cash of its receipts to a bank account');
        END IF;
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM ledger_deposititem i WHERE i.company_id = NEW.company_id AND i.document_id = NEW.id
    ) OR NOT EXISTS (
        SELECT FROM ledger_document o
        WHERE o.company_id = NEW.company_id AND o.id = NEW.reverses_id AND o.amount = NEW.amount
          AND o.bank_account_id = NEW.bank_account_id AND o.exchange_rate = NEW.exchange_rate AND o.date <= NEW.date
    ) THEN
        PERFORM ledger_refuse('ledger_document_mirror', 'a reversal mirrors one posted document');
    END IF;
    UPDATE ledger_deposititem i SET in_force = false
    WHERE i.company_id = NEW.company_id AND i.document_id = NEW.reverses_id;
    RETURN NULL;
END $$;

-- A receipt that lies in a deposit stays.
CREATE FUNCTION ledger_receipt_reversed() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NEW.company_id IS DISTINCT FROM ledger_company() THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    PERFORM ledger_require_read_committed();
    PERFORM FROM ledger_document r WHERE r.company_id = NEW.company_id AND r.id = NEW.reverses_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM ledger_deposititem i
               WHERE i.company_id = NEW.company_id AND i.receipt_id = NEW.reverses_id AND i.in_force) THEN
        PERFORM ledger_refuse('ledger_receipt_deposited', 'a receipt that lies in a deposit is not reversed');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER deposit_posted AFTER UPDATE ON ledger_document FOR EACH ROW
    WHEN (NEW.kind = 'deposit' AND NEW.state = 'posted') EXECUTE FUNCTION ledger_deposit_posted();
CREATE TRIGGER receipt_reversed AFTER UPDATE ON ledger_document FOR EACH ROW
    WHEN (NEW.reverses_id IS NOT NULL AND NEW.kind IN ('payment', 'advance') AND NEW.state = 'posted')
    EXECUTE FUNCTION ledger_receipt_reversed();

REVOKE EXECUTE ON FUNCTION ledger_deposit_posted() FROM PUBLIC;

-- The journal, with deposits.
CREATE OR REPLACE VIEW ledger_journal WITH (security_invoker = true) AS
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
  AND (s.side <> 'x' OR cd.exchange_rate <> kd.exchange_rate)
UNION ALL
-- each receipt in a deposit: out of where its lines had put the cash, at the receipt's rate
SELECT 'R' || d.id || '/' || l.id, d.company_id, d.id, NULL, NULL, NULL, d.gl_date, l.account_id, d.currency,
       s.sign * l.amount, s.sign * ledger_base(l.amount, r.exchange_rate, co.base_currency)
FROM ledger_document d
CROSS JOIN LATERAL (SELECT CASE WHEN d.reverses_id IS NULL THEN 1 ELSE -1 END) AS s (sign)
JOIN companies_company co ON co.id = d.company_id
JOIN ledger_deposititem i ON i.company_id = d.company_id AND i.document_id = coalesce(d.reverses_id, d.id)
JOIN ledger_document r ON r.company_id = i.company_id AND r.id = i.receipt_id
JOIN ledger_line l ON l.company_id = r.company_id AND l.document_id = r.id AND l.amount <> 0
WHERE d.kind = 'deposit' AND d.state = 'posted'
UNION ALL
-- each deposit: into the bank at its own rate, the difference of the rates to exchange difference
SELECT 'D' || d.id || s.side, d.company_id, d.id, NULL, NULL, NULL, d.gl_date,
       CASE s.side WHEN 'b' THEN t.account_id ELSE cf.exchange_account_id END, d.currency,
       CASE s.side WHEN 'b' THEN t.sign * d.amount ELSE 0 END,
       CASE s.side
           WHEN 'b' THEN t.sign * ledger_base(d.amount, d.exchange_rate, co.base_currency)
           ELSE t.sign * (t.held - ledger_base(t.cash, d.exchange_rate, co.base_currency))
       END
FROM ledger_document d
JOIN companies_company co ON co.id = d.company_id
JOIN companies_configuration cf ON cf.company_id = d.company_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN d.reverses_id IS NULL THEN 1 ELSE -1 END AS sign, min(i.account_id) AS account_id,
           sum(-l.amount) AS cash, sum(ledger_base(-l.amount, r.exchange_rate, co.base_currency)) AS held
    FROM ledger_deposititem i
    JOIN ledger_document r ON r.company_id = i.company_id AND r.id = i.receipt_id
    JOIN ledger_line l ON l.company_id = r.company_id AND l.document_id = r.id
    WHERE i.company_id = d.company_id AND i.document_id = coalesce(d.reverses_id, d.id)
) t
CROSS JOIN (VALUES ('b'), ('x')) AS s (side)
WHERE d.kind = 'deposit' AND d.state = 'posted'
  AND (s.side = 'b' OR t.held <> ledger_base(t.cash, d.exchange_rate, co.base_currency));
