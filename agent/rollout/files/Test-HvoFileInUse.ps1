function Test-HvoFileInUse {
    <#
    .SYNOPSIS
        Tells whether an exception means that a file is held or was changed by somebody else just now.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [Exception] $Exception
    )
    # Under the root, which exists, what has been found a moment ago can only be gone by another's hand.
    if ($Exception -is [System.IO.FileNotFoundException] -or $Exception -is [System.IO.DirectoryNotFoundException]) { return $true }
    # As HRESULTs: ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION, ERROR_DIR_NOT_EMPTY, ERROR_UNABLE_TO_REMOVE_REPLACED,
    # ERROR_UNABLE_TO_MOVE_REPLACEMENT and _2, ERROR_USER_MAPPED_FILE; 11 is EWOULDBLOCK, which .NET passes on as it is.
    $held = -2147024864, -2147024863, -2147024751, -2147023721, -2147023720, -2147023719, -2147023672, 11
    return ($Exception -is [System.IO.IOException]) -and ($held -contains $Exception.HResult)
}
