-- Deposits move money of several customers and have no lines; a refund clears credits that may be given back.
CREATE OR REPLACE FUNCTION ledger_document_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (SELECT FROM after WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF EXISTS (SELECT FROM before WHERE state = 'posted') THEN
        PERFORM ledger_refuse('ledger_document_posted', 'a posted document never changes: reverse it');
    END IF;
    IF NOT EXISTS (SELECT FROM after WHERE state = 'posted') THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM after d
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(l.amount), 0) AS total, count(*) AS lines,
                   coalesce(bool_and(l.currency = d.currency
                                     AND (l.customer_id = d.customer_id OR d.kind = 'payment')
                                     AND l.control_account_id IS NOT NULL AND l.account_id IS NOT NULL), true) AS fits
            FROM ledger_line l WHERE l.company_id = d.company_id AND l.document_id = d.id
        ) s ON true
        WHERE d.state = 'posted'
          AND (s.total <> d.total OR NOT s.fits OR (s.lines = 0 AND d.kind NOT IN ('payment', 'matching', 'deposit'))
               OR (d.kind = 'payment' AND d.reverses_id IS NULL AND d.amount <> -d.total))
    ) THEN
        PERFORM ledger_refuse('ledger_document_lines', 'the lines do not make up the document');
    END IF;
    IF EXISTS (
        SELECT FROM after d
        CROSS JOIN LATERAL (
            SELECT * FROM ledger_document o WHERE o.company_id = d.company_id AND o.id = d.reverses_id OFFSET 0
        ) o
        WHERE d.state = 'posted' AND (o.state <> 'posted' OR o.reverses_id IS NOT NULL OR o.kind <> d.kind
            OR o.customer_id <> d.customer_id OR o.currency <> d.currency OR o.total <> -d.total)
    ) THEN
        PERFORM ledger_refuse('ledger_document_mirror', 'a reversal mirrors one posted document');
    END IF;
    IF EXISTS (
        SELECT FROM after d JOIN companies_numbersequence s
            ON s.company_id = d.company_id AND s.id = d.sequence_id
        WHERE d.state = 'posted' AND (d.sequence_value IS NULL OR d.sequence_value > s.last_value)
    ) THEN
        PERFORM ledger_refuse('ledger_document_number_drawn', 'a number must be drawn before it is used');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION ledger_application_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_nestloop = off
AS $$
DECLARE
    touched bigint[];
BEGIN
    IF EXISTS (SELECT FROM added WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF EXISTS (
        SELECT FROM added a
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_line l WHERE l.company_id = a.company_id AND l.id = a.charge_line_id OFFSET 0
        ) c ON true
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_line l WHERE l.company_id = a.company_id AND l.id = a.credit_line_id OFFSET 0
        ) k ON true
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_document d
            WHERE d.company_id = a.company_id AND d.id = a.charge_document_id OFFSET 0
        ) cd ON true
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_document d
            WHERE d.company_id = a.company_id AND d.id = a.credit_document_id OFFSET 0
        ) kd ON true
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_document d WHERE d.company_id = a.company_id AND d.id = a.document_id OFFSET 0
        ) md ON true
        WHERE (c.amount > 0 AND k.amount < 0
               AND c.customer_id = a.customer_id AND k.customer_id = a.customer_id
               AND c.currency = k.currency AND a.amount = round(a.amount, ledger_scale(c.currency))
               AND c.document_id = a.charge_document_id AND k.document_id = a.credit_document_id
               AND cd.state = 'posted' AND kd.state = 'posted' AND md.state = 'posted'
               AND a.date >= cd.date AND a.date >= kd.date) IS NOT TRUE
    ) THEN
        PERFORM ledger_refuse('ledger_application_sides',
            'an application matches a posted charge with a posted credit of the same customer and currency');
    END IF;

    -- In key order, so that two writers never wait for each other in a circle.
    touched := ARRAY(SELECT charge_line_id FROM added UNION SELECT credit_line_id FROM added);
    PERFORM FROM ledger_line l WHERE l.company_id = ledger_company() AND l.id = ANY (touched)
    ORDER BY l.id FOR NO KEY UPDATE;

    UPDATE ledger_line l SET applied_amount = l.applied_amount + m.moved
    FROM (
        SELECT line_id, sum(amount) AS moved FROM (
            SELECT charge_line_id AS line_id, amount FROM added
            UNION ALL SELECT credit_line_id, -amount FROM added
        ) sides GROUP BY line_id
    ) m
    WHERE l.company_id = ledger_company() AND l.id = ANY (touched) AND l.id = m.line_id;

    -- An un-apply undoes part of one application in force, on the same lines, never before it.
    IF EXISTS (SELECT FROM added WHERE reverses_id IS NOT NULL) AND EXISTS (
        SELECT FROM added a
        LEFT JOIN ledger_application o ON o.company_id = a.company_id AND o.id = a.reverses_id
        WHERE a.reverses_id IS NOT NULL AND (
            o.reverses_id IS NULL AND o.charge_line_id = a.charge_line_id AND o.credit_line_id = a.credit_line_id
            AND a.date >= o.date
            -- what a refund cleared comes back by voiding the refund, never entry by entry (SPEC 15.2)
            AND NOT EXISTS (
                SELECT FROM ledger_document r WHERE r.company_id = o.company_id AND r.id = o.document_id
                    AND r.kind = 'refund' AND NOT EXISTS (
                        SELECT FROM ledger_document m
                        WHERE m.company_id = a.company_id AND m.id = a.document_id AND m.reverses_id = r.id))
            AND o.amount + (SELECT sum(u.amount) FROM ledger_application u
                            WHERE u.company_id = o.company_id AND u.reverses_id = o.id) >= 0) IS NOT TRUE
    ) THEN
        PERFORM ledger_refuse('ledger_application_undone', 'an un-apply cannot undo more than was applied');
    END IF;
    RETURN NULL;
END $$;

-- A posted refund has cleared credits for all of its amount, by its own posting, and only such as may be refunded:
-- in the base currency, of documents without a charge or a cash-basis tax line (SPEC 9). Asked at the commit, when
-- the applications are there.
CREATE FUNCTION ledger_refund_posted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off SET enable_nestloop = off
AS $$
DECLARE
    entered text := coalesce(current_setting('arledger.company', true), '');
BEGIN
    -- The commit may come after the statement's company was left: the row says whose books to read.
    PERFORM set_config('arledger.company', NEW.company_id::text, true);
    IF NEW.total <= 0 OR NOT EXISTS (
        SELECT FROM companies_company c WHERE c.id = NEW.company_id AND c.base_currency = NEW.currency
    ) OR EXISTS (
        SELECT FROM ledger_line l
        LEFT JOIN (
            SELECT a.charge_line_id, sum(a.amount) AS amount FROM ledger_application a
            WHERE a.company_id = NEW.company_id AND a.charge_document_id = NEW.id AND a.document_id = NEW.id
              AND a.reverses_id IS NULL
            GROUP BY a.charge_line_id
        ) s ON s.charge_line_id = l.id
        WHERE l.company_id = NEW.company_id AND l.document_id = NEW.id AND l.amount IS DISTINCT FROM s.amount
    ) THEN
        PERFORM ledger_refuse('ledger_refund_cleared', 'a refund clears credits for exactly its amount');
    END IF;
    IF EXISTS (
        SELECT FROM (
            SELECT DISTINCT a.credit_document_id AS id FROM ledger_application a
            WHERE a.company_id = NEW.company_id AND a.charge_document_id = NEW.id AND a.document_id = NEW.id
        ) k
        CROSS JOIN LATERAL (
            SELECT FROM ledger_line l WHERE l.company_id = NEW.company_id AND l.document_id = k.id
                AND (l.amount > 0 OR l.cash_basis_tax) OFFSET 0
        ) l
    ) THEN
        PERFORM ledger_refuse('ledger_refund_refundable', 'a credit beside charges or cash-basis tax is not refundable');
    END IF;
    PERFORM set_config('arledger.company', entered, true);
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION ledger_refund_posted() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER refund_posted AFTER UPDATE ON ledger_document DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.kind = 'refund' AND NEW.state = 'posted' AND NEW.reverses_id IS NULL)
    EXECUTE FUNCTION ledger_refund_posted();
