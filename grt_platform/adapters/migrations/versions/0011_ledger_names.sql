CREATE INDEX "ledger_instance_id_source" ON "galaxy"."ledger" ("instance_id", "source");
CREATE INDEX "ledger_source" ON "lustre"."ledger" ("source");
