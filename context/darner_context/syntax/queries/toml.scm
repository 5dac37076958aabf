(table . (_) @name) @definition.module
(document (pair . (_) @name) @definition.constant)
