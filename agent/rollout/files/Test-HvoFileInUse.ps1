function Test-HvoFileInUse {
    <#
    .SYNOPSIS
        Returns whether an exception means that another process has a file open or has just changed it.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [Exception] $Exception
    )
    # The root exists, so a file that was found a moment ago was deleted by another process.
    if ($Exception -is [System.IO.FileNotFoundException] -or $Exception -is [System.IO.DirectoryNotFoundException]) { return $true }
    # As HRESULTs: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_DIR_NOT_EMPTY, ERROR_UNABLE_TO_REMOVE_REPLACED,
    # ERROR_UNABLE_TO_MOVE_REPLACEMENT and _2, ERROR_USER_MAPPED_FILE; 11 is EWOULDBLOCK.
    $held = -2147024864, -2147024863, -2147024751, -2147023721, -2147023720, -2147023719, -2147023672, 11
    return ($Exception -is [System.IO.IOException]) -and ($held -contains $Exception.HResult)
}
