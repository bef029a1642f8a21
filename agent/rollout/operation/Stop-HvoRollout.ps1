function Stop-HvoRollout {
    <#
    .SYNOPSIS
        Ends the operation with a code: throws an exception that carries it. Message says what happened, why, what to do.
    #>
    param(
        [Parameter(Mandatory = $true)]
        [ValidateSet('HostNotPrepared', 'InvalidRequest', 'UploadBroken', 'DigestMismatch', 'InUse', 'DiskFull', 'AccessDenied',
            'Internal')]
        [string] $Code,
        [Parameter(Mandatory = $true)] [string] $Message
    )
    $exception = New-Object System.Management.Automation.RuntimeException $Message
    $exception.Data['HvoRollout'] = $Code
    throw $exception
}
