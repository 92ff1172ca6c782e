-- Documents and their summaries. As the other guards: one look at the statement's rows.
CREATE OR REPLACE FUNCTION ledger_document_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET random_page_cost = 0.1 SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    broken text;
BEGIN
    SELECT CASE
        WHEN EXISTS (SELECT FROM after WHERE company_id IS DISTINCT FROM ledger_company()) THEN 'company'
        WHEN EXISTS (SELECT FROM before WHERE state = 'posted') THEN 'posted'
        ELSE (SELECT min(rule) FROM (
            SELECT CASE
                WHEN s.total <> d.total OR NOT s.fits
                    OR (s.lines = 0 AND d.kind NOT IN ('payment', 'matching', 'deposit'))
                    OR (d.kind = 'payment' AND d.reverses_id IS NULL AND d.amount <> -d.total) THEN 'lines'
                WHEN o.id IS NOT NULL AND (o.state <> 'posted' OR o.reverses_id IS NOT NULL OR o.kind <> d.kind
                    OR o.customer_id IS DISTINCT FROM d.customer_id OR o.currency <> d.currency
                    OR o.total <> -d.total) THEN 'mirror'
                WHEN q.id IS NOT NULL AND (d.sequence_value IS NULL OR d.sequence_value > q.last_value) THEN 'number'
                WHEN r.held THEN 'held'
                WHEN u.state <> 'open' THEN 'summary_closed'
                -- An automatic summary holds what was posted in its slot; a user's rules the GL date.
                WHEN d.summary_id IS NOT NULL AND (u.type = d.kind || 's'
                    AND CASE WHEN u.automatic
                        THEN (u.slot_start <= d.posted_at AND d.posted_at < u.slot_end
                              OR u.frequency = 'each' AND u.slot_start = d.posted_at)
                             AND u.entity_id IS NOT DISTINCT FROM d.entity_id
                             AND (d.kind <> 'payment' OR u.bank_account_id IS NOT DISTINCT FROM d.bank_account_id)
                        ELSE u.gl_date = d.gl_date
                             AND (u.entity_id IS NULL OR u.entity_id IS NOT DISTINCT FROM d.entity_id)
                             AND (u.bank_account_id IS NULL OR u.bank_account_id IS NOT DISTINCT FROM d.bank_account_id)
                             AND (d.bank_account_id IS NULL OR NOT u.undeposited)
                        END) IS NOT TRUE THEN 'summary_unfit'
            END AS rule
            FROM after d
            LEFT JOIN LATERAL (
                SELECT coalesce(sum(l.amount), 0) AS total, count(*) AS lines,
                       coalesce(bool_and(l.currency = d.currency
                                         AND (d.kind = 'payment' OR l.customer_id = d.customer_id) IS TRUE
                                         AND l.control_account_id IS NOT NULL AND l.account_id IS NOT NULL),
                                true) AS fits
                FROM ledger_line l WHERE l.company_id = d.company_id AND l.document_id = d.id
            ) s ON true
            LEFT JOIN LATERAL (
                SELECT * FROM ledger_document m WHERE m.company_id = d.company_id AND m.id = d.reverses_id OFFSET 0
            ) o ON true
            LEFT JOIN LATERAL (
                SELECT n.id, n.last_value FROM companies_numbersequence n
                WHERE n.company_id = d.company_id AND n.id = d.sequence_id OFFSET 0
            ) q ON true
            LEFT JOIN LATERAL (
                SELECT true AS held FROM ledger_reservation v
                WHERE v.company_id = d.company_id AND v.document_id = d.id LIMIT 1
            ) r ON true
            -- The lock waits for whoever is closing the summary, and shows it as he left it.
            LEFT JOIN LATERAL (
                SELECT * FROM summaries_summary y WHERE y.company_id = d.company_id AND y.id = d.summary_id
                OFFSET 0 FOR KEY SHARE
            ) u ON true
            WHERE d.state = 'posted'
        ) posting)
    END INTO broken;
    CASE broken
        WHEN 'company' THEN PERFORM ledger_refuse_other_company();
        WHEN 'posted' THEN
            PERFORM ledger_refuse('ledger_document_posted', 'a posted document never changes: reverse it');
        WHEN 'lines' THEN
            PERFORM ledger_refuse('ledger_document_lines', 'the lines do not make up the document');
        WHEN 'mirror' THEN
            PERFORM ledger_refuse('ledger_document_mirror', 'a reversal mirrors one posted document');
        WHEN 'number' THEN
            PERFORM ledger_refuse('ledger_document_number_drawn', 'a number must be drawn before it is used');
        WHEN 'held' THEN
            PERFORM ledger_refuse('ledger_reservation_of_draft', 'only a draft holds reservations');
        WHEN 'summary_closed' THEN
            PERFORM ledger_refuse('ledger_summary_closed', 'a closed summary accepts nothing');
        WHEN 'summary_unfit' THEN
            PERFORM ledger_refuse('ledger_summary_unfit', 'the document does not belong into this summary');
        ELSE NULL;
    END CASE;
    RETURN NULL;
END $$;

-- A draft is put only into an open summary of a user and leaves only an open one. Asked of rows that name one.
CREATE FUNCTION ledger_draft_in_summary() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    summary summaries_summary%ROWTYPE;
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.summary_id IS NOT NULL THEN
        SELECT * INTO summary FROM summaries_summary s
        WHERE s.company_id = OLD.company_id AND s.id = OLD.summary_id FOR KEY SHARE;
        IF summary.state = 'closed' THEN
            PERFORM ledger_refuse('ledger_summary_closed', 'a closed summary accepts nothing');
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.state = 'draft' AND NEW.summary_id IS NOT NULL THEN
        SELECT * INTO summary FROM summaries_summary s
        WHERE s.company_id = NEW.company_id AND s.id = NEW.summary_id FOR KEY SHARE;
        IF summary.state = 'closed' THEN
            PERFORM ledger_refuse('ledger_summary_closed', 'a closed summary accepts nothing');
        END IF;
        IF summary.automatic OR summary.type <> NEW.kind || 's' THEN
            PERFORM ledger_refuse('ledger_summary_unfit', 'the document does not belong into this summary');
        END IF;
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER in_summary BEFORE INSERT ON ledger_document FOR EACH ROW
    WHEN (NEW.summary_id IS NOT NULL) EXECUTE FUNCTION ledger_draft_in_summary();
CREATE TRIGGER in_summary_still BEFORE UPDATE ON ledger_document FOR EACH ROW
    WHEN (OLD.state = 'draft' AND (OLD.summary_id IS NOT NULL OR NEW.summary_id IS NOT NULL AND NEW.state = 'draft'))
    EXECUTE FUNCTION ledger_draft_in_summary();
CREATE TRIGGER out_of_summary BEFORE DELETE ON ledger_document FOR EACH ROW
    WHEN (OLD.summary_id IS NOT NULL) EXECUTE FUNCTION ledger_draft_in_summary();

-- What the posted content of a summary relies on stays as it is.
CREATE FUNCTION ledger_summary_relied_on() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_document d
        WHERE d.company_id = OLD.company_id AND d.summary_id = OLD.id AND d.state = 'posted'
          AND (NOT OLD.automatic OR d.posted_at >= NEW.slot_end)
    ) THEN
        PERFORM ledger_refuse('ledger_summary_relied_on', 'posted documents rely on this summary');
    END IF;
    RETURN NEW;
END $$;
-- After "changed" by name: that one has waited for all who are posting into it.
CREATE TRIGGER relied_on BEFORE UPDATE ON summaries_summary FOR EACH ROW
    WHEN ((OLD.gl_date, OLD.entity_id, OLD.bank_account_id, OLD.undeposited, OLD.slot_end)
          IS DISTINCT FROM (NEW.gl_date, NEW.entity_id, NEW.bank_account_id, NEW.undeposited, NEW.slot_end))
    EXECUTE FUNCTION ledger_summary_relied_on();
