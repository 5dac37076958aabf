;;; drive.el --- eglot with the configuration of docs/editors.md  -*- lexical-binding: t -*-

;; Run as: emacs -batch --eval (package-initialize) -l CONFIG -l drive.el FILE
;; Prints JSON: the code actions, the text after the patch, and the text after undo.

(require 'cl-lib)
(require 'eglot)
(require 'json)

(defun until (what condition)
  "Serve the server until CONDITION; fail with WHAT."
  (let ((end (+ (float-time) 30)))
    (while (not (funcall condition))
      (when (> (float-time) end)
        (error "Never: %s; buffer: %S" what (and (current-buffer) (buffer-string))))
      (accept-process-output nil 0.02)
      (when (eglot-managed-p) ; nothing is ever idle in batch mode, and eglot tells its changes when it is
        (eglot--signal-textDocument/didChange)))))

(find-file (pop command-line-args-left))
(buffer-enable-undo)
(apply #'eglot (eglot--guess-contact))
(until "attached" #'eglot-managed-p)

(goto-char (point-min))
(search-forward "darner:")
(let* ((actions (eglot-code-actions (line-beginning-position) (line-end-position)))
       (titles (mapcar (lambda (each) (plist-get each :title)) actions))
       (command (plist-get (car actions) :command))
       patched)
  (undo-boundary)
  (eglot-execute-command
   (eglot-current-server) (intern (plist-get command :command)) (plist-get command :arguments))
  (goto-char (point-max))
  (until "the first hunk" (lambda () (save-excursion (goto-char (point-min)) (search-forward "return 10" nil t))))
  (insert "# typed\n")
  (until "the second hunk" (lambda () (save-excursion (goto-char (point-min)) (search-forward "return 20" nil t))))
  (until "the comment has gone" (lambda () (save-excursion (goto-char (point-min)) (not (search-forward "darner:" nil t)))))
  (setq patched (buffer-string))
  (while (not (eq buffer-undo-list pending-undo-list))
    (setq last-command 'undo)
    (condition-case nil (undo) (user-error (setq pending-undo-list buffer-undo-list))))
  (princ (json-encode `((actions . ,titles) (patched . ,patched) (undone . ,(buffer-string))))))

;;; drive.el ends here
