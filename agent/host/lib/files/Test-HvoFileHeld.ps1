function Test-HvoFileHeld {
    <#
    .SYNOPSIS
        Returns whether an exception can mean that another process holds a file for a moment, so that a second try may succeed.
    .DESCRIPTION
        That access is denied is one: it is also the answer for a file that is being deleted.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [Exception] $Exception
    )
    if ($Exception -is [UnauthorizedAccessException]) { return $true }
    if ($Exception -is [System.IO.FileNotFoundException] -or $Exception -is [System.IO.DirectoryNotFoundException]) { return $false }
    return ($Exception -is [System.IO.IOException]) -and -not (Test-HvoDiskFull $Exception)
}
