function Get-HvoSid {
    <#
    .SYNOPSIS
        Returns the SID of an account or group, or null if there is none of that name.
    .PARAMETER Name
        Name of the account or group.
    .OUTPUTS
        String, or null.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Name
    )
    $account = [System.Security.Principal.NTAccount]::new($Name)
    try {
        return $account.Translate([System.Security.Principal.SecurityIdentifier]).Value
    } catch [System.Security.Principal.IdentityNotMappedException] {
        return $null
    }
}
