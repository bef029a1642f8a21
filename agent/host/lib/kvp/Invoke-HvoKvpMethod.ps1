function Invoke-HvoKvpMethod {
    <#
    .SYNOPSIS
        Calls a KVP method of the management service with at most 128 items at a time, and waits for the method's job.
    .DESCRIPTION
        Throws if the service refuses.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $System,
        [Parameter(Mandatory = $true)] [ValidateSet('AddKvpItems', 'ModifyKvpItems', 'RemoveKvpItems')] [string] $Method,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]] $Items
    )
    if (-not $Items.Count) { return }
    $service = Get-CimInstance -Namespace 'root\virtualization\v2' -ClassName 'Msvm_VirtualSystemManagementService' |
        Select-Object -First 1
    for ($first = 0; $first -lt $Items.Count; $first += 128) {
        $last = [Math]::Min($first + 127, $Items.Count - 1)
        $arguments = @{ TargetSystem = $System; DataItems = [string[]]@($Items[$first..$last]) }
        $answer = Invoke-CimMethod -InputObject $service -MethodName $Method -Arguments $arguments
        if ($answer.ReturnValue -eq 4096) {
            Wait-HvoCimJob -Job $answer.Job -Method $Method
        } elseif ($answer.ReturnValue -ne 0) {
            throw "$Method was refused with $($answer.ReturnValue)."
        }
    }
}
