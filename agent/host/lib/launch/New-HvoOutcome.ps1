function New-HvoOutcome {
    <#
    .SYNOPSIS
        Returns an outcome as the protocol has it.
    .OUTPUTS
        Ordered dictionary with type, outcome, reason, code, message, retryable, vm_id, guest_key and diagnosis.
    #>
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('completed', 'pending', 'failed')] [string] $Outcome,
        [Parameter(Mandatory = $true)] [string] $Reason,
        [string] $Message = '',
        [AllowNull()] [object] $Code = $null,
        [bool] $Retryable = $false,
        [AllowNull()] [object] $VmId = $null,
        [AllowNull()] [object] $GuestKey = $null,
        [AllowNull()] [object] $Diagnosis = $null
    )
    return [ordered]@{
        type = 'outcome'; outcome = $Outcome; reason = $Reason; code = $Code; message = $Message; retryable = $Retryable
        vm_id = $VmId; guest_key = $GuestKey; diagnosis = $Diagnosis
    }
}
