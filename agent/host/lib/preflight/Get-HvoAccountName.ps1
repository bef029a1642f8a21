function Get-HvoAccountName {
    <#
    .SYNOPSIS
        Returns the name of an account or group; the SID or its abbreviation where it has no name here.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Sid
    )
    $known = @{
        SY = 'SYSTEM'; BA = 'Administrators'; BU = 'Users'; AU = 'Authenticated Users'; WD = 'Everyone'; IU = 'INTERACTIVE'
        CO = 'CREATOR OWNER'; DA = 'Domain Admins'; DU = 'Domain Users'; PU = 'Power Users'; AN = 'ANONYMOUS LOGON'; NU = 'NETWORK'
        LA = 'the built-in administrator'
    }
    if ($known.ContainsKey($Sid)) { return $known[$Sid] }
    if (-not (Test-HvoWindows)) { return $Sid }
    try {
        return [System.Security.Principal.SecurityIdentifier]::new($Sid).Translate([System.Security.Principal.NTAccount]).Value
    } catch {
        return $Sid
    }
}
