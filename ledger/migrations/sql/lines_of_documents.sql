-- As quick_facts.sql, and a line belongs to a document that its writer sees. The key to it may wait for the end of the
-- transaction: until then somebody else could commit the document as posted, without the line in its sum.
CREATE OR REPLACE FUNCTION ledger_line_inserted() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp SET random_page_cost = 0.1 SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    other_company boolean;
    touched boolean;
    posted boolean;
    named bigint;
    found bigint;
BEGIN
    SELECT bool_or(company_id IS DISTINCT FROM ledger_company()), bool_or(applied_amount <> 0 OR reserved_amount <> 0),
           count(DISTINCT document_id)
    INTO other_company, touched, named FROM added;
    IF other_company THEN
        PERFORM ledger_refuse_other_company();
    END IF;
    IF touched THEN
        PERFORM ledger_refuse('ledger_line_born_open', 'a line is born open');
    END IF;
    -- The lock waits for whoever is posting the document, and shows it as he left it.
    SELECT coalesce(bool_or(d.state = 'posted'), false), count(*) INTO posted, found FROM (
        SELECT state FROM ledger_document
        WHERE company_id = ledger_company() AND id = ANY (ARRAY(SELECT document_id FROM added)) ORDER BY id FOR SHARE
    ) d;
    IF posted THEN
        PERFORM ledger_refuse('ledger_line_posted', 'a posted document never gets another line');
    END IF;
    IF found <> named THEN
        PERFORM ledger_refuse('ledger_line_of_document', 'a line belongs to a document that is there');
    END IF;
    RETURN NULL;
END $$;
