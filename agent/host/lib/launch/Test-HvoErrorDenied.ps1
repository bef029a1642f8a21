function Test-HvoErrorDenied {
    <#
    .SYNOPSIS
        Returns whether an error means that the account lacks a right.
    .OUTPUTS
        Boolean.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [object] $Failure
    )
    $exception = $Failure
    if ($Failure -is [System.Management.Automation.ErrorRecord]) {
        $denials = 'PermissionDenied', 'SecurityError', 'AuthenticationError'
        if ($denials -contains [string]$Failure.CategoryInfo.Category) { return $true }
        $exception = $Failure.Exception
    }
    while ($null -ne $exception) {
        if (Test-HvoAccessDenied $exception) { return $true }
        $exception = $exception.InnerException
    }
    return $false
}
