(class_selector (class_name) @name) @definition.constant
(id_selector (id_name) @name) @definition.constant
(keyframes_statement (keyframes_name) @name) @definition.function
(declaration (property_name) @name (#match? @name "^--")) @definition.constant
