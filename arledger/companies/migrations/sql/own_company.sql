-- The application changes what may change of a company, and of the company it is in only.
GRANT UPDATE (name, base_currency, time_zone, language) ON companies_company TO arledger_app;
CREATE FUNCTION companies_company_of_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'only the company one is in may be changed'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER own_company BEFORE UPDATE ON companies_company FOR EACH ROW
    WHEN (OLD.id IS DISTINCT FROM nullif(current_setting('arledger.company', true), '')::bigint)
    EXECUTE FUNCTION companies_company_of_another();
