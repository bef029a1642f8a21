function Assert-HvoElevatedSession {
    <#
    .SYNOPSIS
        Throws unless this is an elevated, 64-bit Windows PowerShell 5.1. An endpoint belongs to the PowerShell that registers it.
    #>
    [CmdletBinding()]
    param()
    if ($PSVersionTable.PSVersion.Major -ne 5 -or -not [Environment]::Is64BitProcess) {
        throw 'Run this in the 64-bit Windows PowerShell 5.1: PowerShell 7 would register an endpoint of its own.'
    }
    if (-not (Test-HvoAdministrator)) {
        throw 'This session has no administrator rights. Start Windows PowerShell with "Run as administrator" and try again.'
    }
}
