function Get-HvoLanguageCheck {
    <#
    .SYNOPSIS
        Returns the row of the language mode. The entry scripts have tested it before anything of this file was read.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()
    $mode = [string]$ExecutionContext.SessionState.LanguageMode
    $state = if ($mode -ceq 'FullLanguage') { 'ok' } else { 'blocking' }
    return New-HvoCheckRow -Id LanguageMode -State $state -Observed $mode -Expected 'FullLanguage'
}
