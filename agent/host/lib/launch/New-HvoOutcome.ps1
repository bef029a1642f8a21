function New-HvoOutcome {
    <#
    .SYNOPSIS
        Returns an outcome as the protocol has it.
    .OUTPUTS
        Ordered dictionary with type, outcome, reason, code, message, retryable, vm_id, guest_key and diagnosis.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('completed', 'pending', 'failed')] [string] $Outcome,
        [Parameter(Mandatory = $true)] [string] $Reason,
        [Parameter()] [string] $Message = '',
        [Parameter()] [AllowNull()] [object] $Code = $null,
        [Parameter()] [bool] $Retryable = $false,
        [Parameter()] [AllowNull()] [object] $VmId = $null,
        [Parameter()] [AllowNull()] [object] $GuestKey = $null,
        [Parameter()] [AllowNull()] [object] $Diagnosis = $null
    )
    return [ordered]@{
        type = 'outcome'; outcome = $Outcome; reason = $Reason; code = $Code; message = $Message; retryable = $Retryable
        vm_id = $VmId; guest_key = $GuestKey; diagnosis = $Diagnosis
    }
}
