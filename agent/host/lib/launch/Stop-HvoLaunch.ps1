function Stop-HvoLaunch {
    <#
    .SYNOPSIS
        Ends the launch as failed: throws an exception that carries the code and the message.
    .DESCRIPTION
        Message says what happened, where, and with which values; the operator adds what to do about the code. Summary
        becomes the diagnosis.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [ValidateSet('InvalidDefinition', 'SchemaMismatch', 'Superseded', 'HostBusy', 'ImageNotFound', 'ImageUnusable', 'ImageChanged',
            'InsufficientSpace', 'InsufficientMemory', 'SwitchNotFound', 'PathNotAllowed', 'AccessDenied', 'VmMissing',
            'IdentityConflict', 'NameInUse', 'NotOwned', 'IsoMissing', 'CopyFailed', 'RegisterFailed', 'StartFailed',
            'GuestTimeout', 'GuestKeyInvalid', 'GuestFailed', 'PublishFailed', 'ClusterFailed', 'ClusterRoleUnavailable',
            'RemoveFailed', 'HostIdentityChanged', 'HyperVUnavailable', 'VmUnreadable', 'VmCritical', 'Internal')]
        [string] $Code,
        [Parameter(Mandatory = $true)] [string] $Message,
        [Parameter()] [string] $Summary = ''
    )
    $exception = [System.Management.Automation.RuntimeException]::new($Message)
    # A hashtable: Data of .NET Framework takes serializable values only.
    $exception.Data['HvoFailure'] = @{ Code = $Code; Message = $Message; Summary = $Summary }
    throw $exception
}
