-- Applications: inserted, never changed; the only way open amounts move (DESIGN 2).
CREATE FUNCTION ledger_application_inserted() RETURNS trigger
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
            AND o.amount + (SELECT sum(u.amount) FROM ledger_application u
                            WHERE u.company_id = o.company_id AND u.reverses_id = o.id) >= 0) IS NOT TRUE
    ) THEN
        PERFORM ledger_refuse('ledger_application_undone', 'an un-apply cannot undo more than was applied');
    END IF;
    RETURN NULL;
END $$;

-- Whether anything on a line was un-applied is asked at every match; the answer is rarely yes.
CREATE INDEX ledger_application_undone_charge ON ledger_application (company_id, charge_document_id)
    WHERE reverses_id IS NOT NULL;
CREATE INDEX ledger_application_undone_credit ON ledger_application (company_id, credit_document_id)
    WHERE reverses_id IS NOT NULL;

CREATE TRIGGER booked AFTER INSERT ON ledger_application REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_application_inserted();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_application
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();

-- Reservations: what drafts hold of posted lines.
CREATE FUNCTION ledger_reservation_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF EXISTS (
        SELECT FROM added r
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_document d WHERE d.company_id = r.company_id AND d.id = r.document_id OFFSET 0
        ) d ON true
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_line l WHERE l.company_id = r.company_id AND l.id = r.line_id OFFSET 0
        ) l ON true
        LEFT JOIN LATERAL (
            SELECT * FROM ledger_document h WHERE h.company_id = l.company_id AND h.id = l.document_id OFFSET 0
        ) held ON true
        WHERE (d.state = 'draft' AND held.state = 'posted' AND sign(r.amount) = sign(l.amount)
               AND l.currency = d.currency AND r.amount = round(r.amount, ledger_scale(l.currency))) IS NOT TRUE
    ) THEN
        PERFORM ledger_refuse('ledger_reservation_sides', 'a draft reserves part of a posted line');
    END IF;
    UPDATE ledger_line l SET reserved_amount = l.reserved_amount + m.amount
    FROM (SELECT line_id, sum(amount) AS amount FROM added GROUP BY line_id) m
    WHERE l.company_id = ledger_company() AND l.id = ANY (ARRAY(SELECT line_id FROM added)) AND l.id = m.line_id;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_reservation_deleted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (SELECT FROM before WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    UPDATE ledger_line l SET reserved_amount = l.reserved_amount - m.amount
    FROM (SELECT line_id, sum(amount) AS amount FROM before GROUP BY line_id) m
    WHERE l.company_id = ledger_company() AND l.id = ANY (ARRAY(SELECT line_id FROM before)) AND l.id = m.line_id;
    RETURN NULL;
END $$;

CREATE TRIGGER held AFTER INSERT ON ledger_reservation REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_reservation_inserted();
CREATE TRIGGER freed AFTER DELETE ON ledger_reservation REFERENCING OLD TABLE AS before
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_reservation_deleted();
CREATE TRIGGER kept BEFORE UPDATE OR TRUNCATE ON ledger_reservation
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse();

-- A draft that is posted must have turned its promises into applications first.
CREATE FUNCTION ledger_document_holds_nothing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF EXISTS (SELECT FROM after WHERE company_id IS DISTINCT FROM ledger_company()) THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF EXISTS (
        SELECT FROM after d JOIN ledger_reservation r ON r.company_id = d.company_id AND r.document_id = d.id
        WHERE d.state = 'posted'
    ) THEN
        PERFORM ledger_refuse('ledger_reservation_of_draft', 'only a draft holds reservations');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER holds_nothing AFTER UPDATE ON ledger_document REFERENCING NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_document_holds_nothing();

REVOKE EXECUTE ON FUNCTION ledger_application_inserted(), ledger_reservation_inserted(),
    ledger_reservation_deleted(), ledger_document_holds_nothing() FROM PUBLIC;
