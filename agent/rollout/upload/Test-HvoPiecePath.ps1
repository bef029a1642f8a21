function Test-HvoPiecePath {
    <#
    .SYNOPSIS
        Returns whether a piece's path names a file inside its version, the same one on every file system.
    .DESCRIPTION
        No segment ends with a dot, which Windows would drop; that excludes .. as well. agent.json and the folder versions are
        not part of a version: the digest ignores them.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter()] [AllowNull()] [object] $Name
    )
    if (-not ($Name -is [string]) -or $Name.Length -gt 200) { return $false }
    if ($Name -cnotmatch '\A[A-Za-z0-9._-]*[A-Za-z0-9_-](/[A-Za-z0-9._-]*[A-Za-z0-9_-])*\z') { return $false }
    return @('agent.json', 'versions') -notcontains $Name.Split('/')[0]
}
