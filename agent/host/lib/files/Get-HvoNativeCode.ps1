function Get-HvoNativeCode {
    <#
    .SYNOPSIS
        Returns the C# that calls CopyFileEx, reads what a volume can do, and clones blocks.
    .DESCRIPTION
        C# 5, which is what Windows PowerShell compiles. Control codes and structures are those of winioctl.h. An error of Windows
        becomes an IOException with its HRESULT, or an UnauthorizedAccessException.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    return @'
using System;
using System.ComponentModel;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace HvoNative
{
    internal static class Calls
    {
        internal delegate uint Progress(long size, long copied, long streamSize, long streamCopied, uint stream, uint reason,
            IntPtr source, IntPtr target, IntPtr data);

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true, EntryPoint = "CopyFileExW")]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CopyFileEx(string source, string target, Progress progress, IntPtr data, IntPtr cancel, uint flags);

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true, EntryPoint = "GetVolumePathNameW")]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool GetVolumePathName(string file, StringBuilder path, uint length);

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true, EntryPoint = "GetVolumeNameForVolumeMountPointW")]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool GetVolumeName(string path, StringBuilder name, uint length);

        [DllImport("kernel32.dll", CharSet = CharSet.Unicode, SetLastError = true, EntryPoint = "GetVolumeInformationW")]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool GetVolumeInformation(string path, StringBuilder label, uint labelLength, out uint serial,
            out uint componentLength, out uint flags, StringBuilder system, uint systemLength);

        [DllImport("kernel32.dll", SetLastError = true)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool DeviceIoControl(SafeFileHandle handle, uint code, byte[] input, uint inputLength, byte[] output,
            uint outputLength, out uint returned, IntPtr overlapped);

        internal static Exception Failure(string what)
        {
            int code = Marshal.GetLastWin32Error();
            string text = what + ": " + new Win32Exception(code).Message;
            if (code == 5) { return new UnauthorizedAccessException(text); }
            return new IOException(text, unchecked((int)(0x80070000u | (uint)code)));
        }
    }

    public sealed class FileCopy
    {
        private readonly string source;
        private readonly string target;
        private readonly Thread thread;
        private long copied;
        private int cancelled;
        private volatile Exception error;

        private FileCopy(string source, string target)
        {
            this.source = source;
            this.target = target;
            this.thread = new Thread(this.Run);
            this.thread.IsBackground = true;
        }

        public long Copied { get { return Interlocked.Read(ref this.copied); } }

        public Exception Error { get { return this.error; } }

        public static FileCopy Start(string source, string target)
        {
            FileCopy copy = new FileCopy(source, target);
            copy.thread.Start();
            return copy;
        }

        public bool Wait(int milliseconds) { return this.thread.Join(milliseconds); }

        public void Cancel() { Interlocked.Exchange(ref this.cancelled, 1); }

        private void Run()
        {
            try
            {
                // COPY_FILE_NO_BUFFERING: recommended for very large files.
                Calls.Progress progress = this.OnProgress;
                if (!Calls.CopyFileEx(this.source, this.target, progress, IntPtr.Zero, IntPtr.Zero, 0x00001000))
                {
                    this.error = Calls.Failure("CopyFileEx");
                }
                GC.KeepAlive(progress);
            } catch (Exception failure) {
                this.error = failure;
            }
        }

        private uint OnProgress(long size, long copied, long streamSize, long streamCopied, uint stream, uint reason, IntPtr source,
            IntPtr target, IntPtr data)
        {
            Interlocked.Exchange(ref this.copied, copied);
            // PROGRESS_CANCEL deletes the incomplete file; PROGRESS_CONTINUE.
            return Thread.VolatileRead(ref this.cancelled) != 0 ? 1u : 0u;
        }
    }

    public sealed class Volume
    {
        public string Id { get; private set; }
        public string FileSystem { get; private set; }
        public bool Clones { get; private set; }

        public static Volume Of(string file)
        {
            StringBuilder path = new StringBuilder(1024);
            if (!Calls.GetVolumePathName(file, path, 1024)) { throw Calls.Failure("GetVolumePathName"); }
            string root = path.ToString();
            if (!root.EndsWith("\\", StringComparison.Ordinal)) { root += "\\"; }
            StringBuilder name = new StringBuilder(64);
            StringBuilder system = new StringBuilder(64);
            uint serial, component, flags;
            if (!Calls.GetVolumeInformation(root, null, 0, out serial, out component, out flags, system, 64))
            {
                throw Calls.Failure("GetVolumeInformation");
            }
            Volume found = new Volume();
            found.Id = Calls.GetVolumeName(root, name, 64) ? name.ToString() : root;
            found.FileSystem = system.ToString();
            // FILE_SUPPORTS_BLOCK_REFCOUNTING
            found.Clones = (flags & 0x08000000u) != 0;
            return found;
        }
    }

    public static class Blocks
    {
        // FSCTL_GET_INTEGRITY_INFORMATION, FSCTL_SET_INTEGRITY_INFORMATION and FSCTL_DUPLICATE_EXTENTS_TO_FILE.
        private const uint GetIntegrity = 0x0009027C;
        private const uint SetIntegrity = 0x0009C280;
        private const uint Duplicate = 0x00098344;

        // Both files have to agree in their integrity streams. Returns the size of a cluster.
        public static long CopyIntegrity(SafeFileHandle source, SafeFileHandle target)
        {
            byte[] wanted = Integrity(source);
            byte[] present = Integrity(target);
            if (BitConverter.ToUInt64(wanted, 0) != BitConverter.ToUInt64(present, 0))
            {
                byte[] setting = new byte[8];
                Buffer.BlockCopy(wanted, 0, setting, 0, 8);
                uint returned;
                if (!Calls.DeviceIoControl(target, SetIntegrity, setting, 8, null, 0, out returned, IntPtr.Zero))
                {
                    throw Calls.Failure("FSCTL_SET_INTEGRITY_INFORMATION");
                }
            }
            return BitConverter.ToUInt32(wanted, 12);
        }

        public static void Clone(SafeFileHandle source, SafeFileHandle target, long offset, long count)
        {
            byte[] extents = new byte[32];
            Buffer.BlockCopy(BitConverter.GetBytes(source.DangerousGetHandle().ToInt64()), 0, extents, 0, IntPtr.Size);
            Buffer.BlockCopy(BitConverter.GetBytes(offset), 0, extents, 8, 8);
            Buffer.BlockCopy(BitConverter.GetBytes(offset), 0, extents, 16, 8);
            Buffer.BlockCopy(BitConverter.GetBytes(count), 0, extents, 24, 8);
            uint returned;
            if (!Calls.DeviceIoControl(target, Duplicate, extents, 32, null, 0, out returned, IntPtr.Zero))
            {
                throw Calls.Failure("FSCTL_DUPLICATE_EXTENTS_TO_FILE");
            }
        }

        private static byte[] Integrity(SafeFileHandle file)
        {
            byte[] found = new byte[16];
            uint returned;
            if (!Calls.DeviceIoControl(file, GetIntegrity, null, 0, found, 16, out returned, IntPtr.Zero))
            {
                throw Calls.Failure("FSCTL_GET_INTEGRITY_INFORMATION");
            }
            return found;
        }
    }
}
'@
}
