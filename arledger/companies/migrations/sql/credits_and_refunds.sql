-- What companies founded before credits and refunds need of them. Row security does not let even the owner see
-- them together, so it steps aside for these statements.
ALTER TABLE companies_numbersequence NO FORCE ROW LEVEL SECURITY;
ALTER TABLE companies_journal NO FORCE ROW LEVEL SECURITY;
ALTER TABLE companies_account NO FORCE ROW LEVEL SECURITY;
ALTER TABLE companies_configuration NO FORCE ROW LEVEL SECURITY;
ALTER TABLE companies_role NO FORCE ROW LEVEL SECURITY;

INSERT INTO companies_numbersequence
    (company_id, code, name, active, style, prefix, suffix, width, max_length, last_value)
SELECT c.id, t.code, t.name, true, 'numeric', t.code || '-', '', 5, 20, 0
FROM companies_company c
CROSS JOIN (VALUES ('ADJ', 'Adjustments'), ('ADV', 'Advances'), ('REF', 'Refunds'), ('DEP', 'Deposits')) AS t (code, name)
ON CONFLICT DO NOTHING;
INSERT INTO companies_journal (company_id, code, name, active)
SELECT c.id, t.code, t.name, true FROM companies_company c
CROSS JOIN (VALUES ('SAL', 'Sales'), ('BNK', 'Bank'), ('GEN', 'General')) AS t (code, name);
INSERT INTO companies_account (company_id, code, name, active, kind)
SELECT c.id, t.code, t.name, true, t.kind FROM companies_company c
CROSS JOIN (VALUES ('419100', 'Customer advances', 'advances'),
                   ('654000', 'Bad debts written off', 'write_off')) AS t (code, name, kind)
WHERE NOT EXISTS (SELECT FROM companies_account a WHERE a.company_id = c.id AND a.kind = t.kind)
ON CONFLICT DO NOTHING;

UPDATE companies_configuration f SET
    adjustment_sequence_id = (SELECT id FROM companies_numbersequence s WHERE s.company_id = f.company_id AND code = 'ADJ'),
    refund_sequence_id = (SELECT id FROM companies_numbersequence s WHERE s.company_id = f.company_id AND code = 'REF'),
    deposit_sequence_id = (SELECT id FROM companies_numbersequence s WHERE s.company_id = f.company_id AND code = 'DEP'),
    refund_journal_id = (SELECT id FROM companies_journal j WHERE j.company_id = f.company_id AND code = 'BNK'),
    advances_account_id = (SELECT min(id) FROM companies_account a WHERE a.company_id = f.company_id AND kind = 'advances'),
    write_off_account_id = (SELECT min(id) FROM companies_account a WHERE a.company_id = f.company_id AND kind = 'write_off');

-- The shipped roles learn the new rights (arledger/companies/roles.py as of this version).
UPDATE companies_role r SET rights = ARRAY(SELECT DISTINCT x FROM unnest(r.rights || n.rights) AS x ORDER BY x)
FROM (
    SELECT code, array_agg(object || '.' || verb ORDER BY object, verb) AS rights
    FROM (VALUES
        ('adjustments', ARRAY['list', 'view', 'add', 'edit', 'delete', 'post', 'reverse', 'write_off']),
        ('advances', ARRAY['list', 'view', 'add', 'delete', 'post', 'reverse']),
        ('refunds', ARRAY['list', 'view', 'add', 'post', 'void']),
        ('deposits', ARRAY['list', 'view', 'add', 'post', 'reverse'])
    ) AS o (object, verbs)
    CROSS JOIN unnest(verbs) AS verb
    JOIN (VALUES ('administrator'), ('ar-manager'), ('ar-clerk'), ('billing-clerk'), ('auditor'), ('integrator')) AS c (code)
        ON CASE code
            WHEN 'ar-clerk' THEN object || '.' || verb <> 'refunds.post'
            WHEN 'billing-clerk' THEN object = 'adjustments'
            WHEN 'auditor' THEN verb IN ('list', 'view')
            ELSE true
        END
    GROUP BY code
) n
WHERE r.shipped AND r.code = n.code;

ALTER TABLE companies_numbersequence FORCE ROW LEVEL SECURITY;
ALTER TABLE companies_journal FORCE ROW LEVEL SECURITY;
ALTER TABLE companies_account FORCE ROW LEVEL SECURITY;
ALTER TABLE companies_configuration FORCE ROW LEVEL SECURITY;
ALTER TABLE companies_role FORCE ROW LEVEL SECURITY;
