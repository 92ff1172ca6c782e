-- The guards of facts.sql and applications.sql: the same rules, in one look at the statement's rows instead of one for
-- each rule. Planning and starting a query cost them more than what it finds, so
-- * their plans are made once a session, for any number of keys (force_generic_plan);
-- * pages found through an index are cheap and all others dear (random_page_cost), whatever the planner believes about
--   the size of the books: they look up by key. Switching sequential scans off would do that too, but the foreign keys
--   that are checked inside share their plans with those outside, where nothing is switched off: each would plan anew.
CREATE OR REPLACE FUNCTION ledger_line_inserted() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET random_page_cost = 0.1 SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    other_company boolean;
    touched boolean;
    posted boolean;
BEGIN
    SELECT bool_or(company_id IS DISTINCT FROM ledger_company()), bool_or(applied_amount <> 0 OR reserved_amount <> 0)
    INTO other_company, touched FROM added;
    IF other_company THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF touched THEN
        PERFORM ledger_refuse('ledger_line_born_open', 'a line is born open');
    END IF;
    -- The lock waits for whoever is posting the document, and shows it as he left it.
    SELECT bool_or(d.state = 'posted') INTO posted FROM (
        SELECT state FROM ledger_document
        WHERE company_id = ledger_company() AND id = ANY (ARRAY(SELECT document_id FROM added)) ORDER BY id FOR SHARE
    ) d;
    IF posted THEN
        PERFORM ledger_refuse('ledger_line_posted', 'a posted document never gets another line');
    END IF;
    RETURN NULL;
END $$;

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
        ELSE NULL;
    END CASE;
    RETURN NULL;
END $$;

-- The rule of this trigger has its place in the look above.
DROP TRIGGER holds_nothing ON ledger_document;
DROP FUNCTION ledger_document_holds_nothing();

-- Asked of each row on its way in: no copy of the rows is kept for the sake of a question that is never answered yes.
CREATE OR REPLACE FUNCTION ledger_document_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.ledger_refuse('ledger_document_born_draft', 'a document is born as a draft');
    RETURN NULL;
END $$;
DROP TRIGGER born ON ledger_document;
CREATE TRIGGER born BEFORE INSERT ON ledger_document
    FOR EACH ROW WHEN (NEW.state <> 'draft') EXECUTE FUNCTION ledger_document_inserted();
