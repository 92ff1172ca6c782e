-- Applications, as quick_facts.sql says. Hash joins for the update: the statement's rows may be many.
CREATE OR REPLACE FUNCTION ledger_application_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET random_page_cost = 0.1 SET enable_nestloop = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    other_company boolean;
    unfit boolean;
    undoes boolean;
    touched bigint[];
BEGIN
    SELECT bool_or(a.company_id IS DISTINCT FROM ledger_company()), bool_or(a.reverses_id IS NOT NULL),
           bool_or((c.amount > 0 AND k.amount < 0
                    AND c.customer_id = a.customer_id AND k.customer_id = a.customer_id
                    AND c.currency = k.currency AND ledger_is_money(a.amount, c.currency)
                    AND c.document_id = a.charge_document_id AND k.document_id = a.credit_document_id
                    AND cd.state = 'posted' AND kd.state = 'posted' AND md.state = 'posted'
                    AND a.date >= cd.date AND a.date >= kd.date) IS NOT TRUE)
    INTO other_company, undoes, unfit
    FROM added a
    LEFT JOIN LATERAL (
        SELECT amount, customer_id, currency, document_id FROM ledger_line l
        WHERE l.company_id = a.company_id AND l.id = a.charge_line_id OFFSET 0
    ) c ON true
    LEFT JOIN LATERAL (
        SELECT amount, customer_id, currency, document_id FROM ledger_line l
        WHERE l.company_id = a.company_id AND l.id = a.credit_line_id OFFSET 0
    ) k ON true
    LEFT JOIN LATERAL (
        SELECT state, date FROM ledger_document d
        WHERE d.company_id = a.company_id AND d.id = a.charge_document_id OFFSET 0
    ) cd ON true
    LEFT JOIN LATERAL (
        SELECT state, date FROM ledger_document d
        WHERE d.company_id = a.company_id AND d.id = a.credit_document_id OFFSET 0
    ) kd ON true
    LEFT JOIN LATERAL (
        SELECT state FROM ledger_document d WHERE d.company_id = a.company_id AND d.id = a.document_id OFFSET 0
    ) md ON true;
    IF other_company THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF unfit THEN
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
    IF undoes AND EXISTS (
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
