function Test-HvoFieldApplicable {
    <#
    .SYNOPSIS
        Returns whether a field applies to an OS family: domain join is for Windows, SSH for Linux.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [string] $OsFamily
    )
    if ($Name -clike 'guest_domain_*') { return $OsFamily -eq 'windows' }
    if ($Name -clike 'cnf_ansible_*') { return $OsFamily -eq 'linux' }
    return $true
}
