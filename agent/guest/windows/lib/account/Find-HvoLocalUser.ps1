function Find-HvoLocalUser {
    <#
    .SYNOPSIS
        Returns the local account with a name, or the built-in administrator.
    .DESCRIPTION
        All accounts are read and compared here: a query for one that does not exist would be an error, which could not be
        told from one that hides it. Windows compares the names of accounts without their case.
    .PARAMETER Name
        The name. Empty: the built-in administrator, whatever its name is.
    .OUTPUTS
        Microsoft.PowerShell.Commands.LocalUser, or nothing.
    #>
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter()] [string] $Name = ''
    )
    foreach ($user in @(Get-LocalUser)) {
        if ($Name) {
            if ([string]::Equals([string]$user.Name, $Name, [StringComparison]::OrdinalIgnoreCase)) { return $user }
        } elseif ([string]$user.SID -clike 'S-1-5-21-*-500') {
            return $user
        }
    }
}
