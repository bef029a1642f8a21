function Get-HvoPowerShellCheck {
    <#
    .SYNOPSIS
        Returns the row of the version of PowerShell.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()
    $version = [string]$PSVersionTable.PSVersion
    # The versions of PowerShell 7 may end in a label, as in 7.5.0-preview.1.
    $state = if ([Version]$version.Split('-')[0] -ge [Version]'5.1') { 'ok' } else { 'blocking' }
    return New-HvoCheckRow -Id PowerShellVersion -State $state -Observed $version -Expected '5.1 or later'
}
