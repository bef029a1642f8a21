function Test-HvoPiecePath {
    <#
    .SYNOPSIS
        Tells whether a piece's path names a file inside of its version, and the same one on every file system.
    .DESCRIPTION
        No segment ends with a dot, which Windows would leave out: .. is such a one too. agent.json belongs to the host, the
        folder versions to the root: the digest counts neither.
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
