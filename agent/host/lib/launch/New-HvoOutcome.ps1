function New-HvoOutcome {
    <#
    .SYNOPSIS
        Returns an outcome in the protocol's form.
    .OUTPUTS
        Ordered dictionary with type, outcome, reason, code, message, vm_id, guest_key, diagnosis and finding.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('completed', 'pending', 'failed')] [string] $Outcome,
        [Parameter(Mandatory = $true)] [string] $Reason,
        [Parameter()] [string] $Message = '',
        [Parameter()] [AllowNull()] [object] $Code = $null,
        [Parameter()] [AllowNull()] [object] $VmId = $null,
        [Parameter()] [AllowNull()] [object] $GuestKey = $null,
        [Parameter()] [AllowNull()] [object] $Diagnosis = $null,
        [Parameter()] [AllowNull()] [object] $Finding = $null
    )
    return [ordered]@{
        type = 'outcome'; outcome = $Outcome; reason = $Reason; code = $Code; message = $Message; vm_id = $VmId
        guest_key = $GuestKey; diagnosis = $Diagnosis; finding = $Finding
    }
}
