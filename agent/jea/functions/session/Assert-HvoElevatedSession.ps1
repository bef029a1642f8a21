function Assert-HvoElevatedSession {
    <#
    .SYNOPSIS
        Makes sure that this is an elevated, 64-bit Windows PowerShell: endpoints are registered for the one that registers them.
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
